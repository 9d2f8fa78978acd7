#pragma once
// Slurm's commands and answers: how sbatch, squeue, sacct, scancel and scontrol are asked, and what
// their answers mean. Nothing here runs anything.

#include "libopus/executor/batch/options.hpp"
#include "libopus/executor/batch/scheduler.hpp"

namespace opus { inline namespace uws0 { namespace slurm {

/// The options that descriptions may have.
const std::vector<batch::OptionRule>& option_rules();

/// What a state word of Slurm means, with the reason that squeue gives for waiting.
batch::State state_of(std::string_view word, std::string_view reason);

/// Output of list_command(). Lines that are none are left out; nullopt: the text is cut, or it is
/// something else altogether.
std::optional<std::vector<batch::Listed>> parse_squeue(std::string_view text);

/// Output of past_command(): the last run of that job, if it is there.
std::optional<batch::Listed> parse_sacct(std::string_view text, std::string_view native);

/// "123" or "123;cluster", as sbatch --parsable prints it, on a whole line.
std::optional<std::string> parse_submitted(std::string_view text);

/// With MaxArraySize as it is by default.
inline constexpr unsigned k_most_in_array = 1000;

class Slurm final : public batch::Scheduler {
 public:
  explicit Slurm(bool accounting, std::vector<std::string> extra_arguments)
      : accounting_(accounting), extra_arguments_(std::move(extra_arguments)) {}

  std::string_view title() const noexcept override { return "Slurm"; }
  Result<batch::Arguments> submit_command(const batch::Submission& submission) const override;
  Result<std::string> read_submitted(const batch::CommandResult& answer) const override;
  unsigned most_in_array() const noexcept override { return k_most_in_array; }
  std::string element(const std::string& array, unsigned index) const override;
  std::optional<batch::Arguments> list_command(
      const std::vector<std::string>& natives) const override;
  Result<std::vector<batch::Listed>> read_list(const batch::CommandResult& answer) const override;
  std::optional<batch::Arguments> past_command(const std::string& native) const override;
  std::optional<batch::Listed> read_past(const batch::CommandResult& answer,
                                         const std::string& native) const override;
  batch::Arguments cancel_command(const std::string& native) const override;
  batch::Arguments hold_command(const std::string& native) const override;
  batch::Arguments release_command(const std::string& native) const override;
  batch::Arguments limit_command(const std::string& native,
                                 std::chrono::seconds limit) const override;
  Result<void> read_done(const batch::CommandResult& answer) const override;

 private:
  bool accounting_;
  std::vector<std::string> extra_arguments_;
};

}}}  // namespace opus::uws0::slurm
