# The public headers, all of them and nothing else: installed as <opus/...>, each compiled alone by
# the test "headers".
set(OPUS_UWS_PUBLIC_HEADERS
  access.hpp
  accounts.hpp
  backup.hpp
  description.hpp
  description_history.hpp
  entity.hpp
  error.hpp
  executor.hpp
  executors.hpp
  export.hpp
  history.hpp
  id.hpp
  job.hpp
  limits.hpp
  log.hpp
  opus.hpp
  phase.hpp
  provenance.hpp
  provenance_formats.hpp
  provenance_queries.hpp
  reproduction.hpp
  run_crate.hpp
  service.hpp
  sharing.hpp
  statistics.hpp
  testing.hpp
  time.hpp
  uws.hpp
  version.hpp
)
list(TRANSFORM OPUS_UWS_PUBLIC_HEADERS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
