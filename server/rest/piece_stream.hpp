#pragma once
// A long body made piece by piece: one piece is sent while the next is made.

#include <memory>
#include <string>

#include <opus/error.hpp>

#include "server/rest/call.hpp"
#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Makes what is sent. Threads: one at a time, of those that may block.
class PieceMaker {
 public:
  virtual ~PieceMaker();
  /// Appends the next piece, some hundred kilobytes. False: that was the last. An error cuts the
  /// answer off, so that the client does not take it for whole.
  virtual Result<bool> make(std::string& piece) = 0;
};

/// What the maker makes as a body: its first piece is made now, which may block and tells errors
/// while there is still a status to tell them with; the others as the client takes them, on the
/// host's threads for work that may block. Costs two pieces of memory, however long it is.
Result<Body> made_in_pieces(Host& host, std::unique_ptr<PieceMaker> maker);

}}}  // namespace opus::uws0::rest
