#include <opus/executors.hpp>

#include "libopus/executor/batch/batch_executor.hpp"
#include "libopus/executor/pbs/pbs.hpp"

namespace opus { inline namespace uws0 {

std::unique_ptr<Executor> make_pbs_executor(PbsExecutorConfig config) {
  std::optional<pbs::Dialect> dialect;
  if (config.dialect == PbsDialect::openpbs) dialect = pbs::Dialect::openpbs;
  if (config.dialect == PbsDialect::torque) dialect = pbs::Dialect::torque;
  auto scheduler = std::make_unique<pbs::Pbs>(dialect, config.batch.extra_arguments);
  return std::make_unique<batch::BatchExecutor>(std::move(config.name), std::move(config.batch),
                                                std::move(scheduler), pbs::option_rules());
}

}}  // namespace opus::uws0
