#pragma once
// The commands and answers of OpenPBS (PBS Pro) and Torque: how qsub, qstat, qselect, qdel, qrls
// and qalter are asked, and what their answers mean. Nothing here runs anything.

#include <atomic>

#include "libopus/executor/batch/options.hpp"
#include "libopus/executor/batch/scheduler.hpp"

namespace opus { inline namespace uws0 { namespace pbs {

enum class Dialect {
  openpbs,  ///< qstat -f -F json -x, qselect -x, -l select=
  torque,   ///< qstat -f in lines of text, -l nodes=; also Slurm's commands of these names
};

const std::vector<batch::OptionRule>& option_rules();

/// From `qstat --version`, which only one of them knows.
Dialect dialect_of(const batch::CommandResult& version);

/// One job's attributes as either dialect has them; none needs to be there.
struct Attributes {
  std::string native{}, name{};
  std::string state{};  ///< job_state: one letter
  std::optional<int> substate{}, exit_status{};
  std::optional<int> run_count{};
  std::string hold{}, comment{};
};
batch::Listed listed_of(const Attributes& attributes, Dialect dialect);

/// qstat -f -F json; nullopt: it is not whole, or no JSON of qstat.
std::optional<std::vector<batch::Listed>> parse_qstat_json(std::string_view text);
/// qstat -f in lines; nullopt: something else altogether.
std::optional<std::vector<batch::Listed>> parse_qstat_text(std::string_view text, Dialect dialect);
/// "1.server", "917", "35[1].server"; the last such line that is whole.
std::optional<std::string> parse_id(std::string_view text);

class Pbs final : public batch::Scheduler {
 public:
  /// No dialect: to be found out.
  Pbs(std::optional<Dialect> dialect, std::vector<std::string> extra_arguments)
      : known_(dialect.has_value()),
        dialect_(dialect.value_or(Dialect::openpbs)),
        extra_arguments_(std::move(extra_arguments)) {}

  std::string_view title() const noexcept override { return "PBS"; }
  std::optional<batch::Arguments> probe_command() const override;
  Result<void> read_probe(const batch::CommandResult& answer) override;
  Result<batch::Arguments> submit_command(const batch::Submission& submission) const override;
  Result<std::string> read_submitted(const batch::CommandResult& answer) const override;
  unsigned most_in_array() const noexcept override;
  std::string element(const std::string& array, unsigned index) const override;
  std::optional<batch::Arguments> list_command(
      const std::vector<std::string>& natives) const override;
  Result<std::vector<batch::Listed>> read_list(const batch::CommandResult& answer) const override;
  std::optional<batch::Arguments> find_command(const std::string& tag) const override;
  Result<std::optional<std::string>> read_found(const batch::CommandResult& answer) const override;
  std::optional<batch::Arguments> past_command(const std::string& native) const override;
  std::optional<batch::Listed> read_past(const batch::CommandResult& answer,
                                         const std::string& native) const override;
  batch::Arguments cancel_command(const std::string& native) const override;
  bool can_hold(const std::string& native) const noexcept override;
  batch::Arguments hold_command(const std::string& native) const override;
  batch::Arguments release_command(const std::string& native) const override;
  batch::Arguments limit_command(const std::string& native,
                                 std::chrono::seconds limit) const override;
  Result<void> read_done(const batch::CommandResult& answer) const override;

 private:
  std::atomic<bool> known_;
  std::atomic<Dialect> dialect_;
  std::vector<std::string> extra_arguments_;
};

}}}  // namespace opus::uws0::pbs
