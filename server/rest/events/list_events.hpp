#pragma once
// The changes in one job list as a stream.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <opus/access.hpp>
#include <opus/uws.hpp>

#include "server/rest/events/list_feed.hpp"

namespace opus { inline namespace uws0 { namespace rest {

class ListEvents final : public EventStream {
 public:
  struct Client {
    VisibleJobs visible;  ///< of which it hears
    UwsLinks links{};
  };
  /// `last_id`: of the last event that the client knows; empty = it begins here.
  ListEvents(Host& host, std::chrono::milliseconds heartbeat, std::shared_ptr<ListFeed> feed,
             std::string epoch, std::string description, Client client, std::string_view last_id);
  ~ListEvents() override;

 private:
  void join() override;
  State events(std::string& piece) override;

  void add(std::string& piece, std::string_view name, std::string_view data) const;
  void add_change(std::string& piece, const ListChange& change) const;

  const std::shared_ptr<ListFeed> feed_;
  const std::string epoch_;
  const std::string description_;
  const Client client_;
  std::optional<std::uint64_t> next_{};  // nullopt: nothing has been told yet
  bool missed_ = false;
};

}}}  // namespace opus::uws0::rest
