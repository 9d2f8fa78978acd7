#include <opus/executors.hpp>

#include "libopus/executor/batch/batch_executor.hpp"
#include "libopus/executor/slurm/slurm.hpp"

namespace opus { inline namespace uws0 {

std::unique_ptr<Executor> make_slurm_executor(SlurmExecutorConfig config) {
  auto scheduler = std::make_unique<slurm::Slurm>(config.accounting, config.batch.extra_arguments);
  return std::make_unique<batch::BatchExecutor>(std::move(config.name), std::move(config.batch),
                                                std::move(scheduler), slurm::option_rules());
}

}}  // namespace opus::uws0
