#include "libopus/job/parameter_names.hpp"
#include "tests/support/catch.hpp"

TEST_CASE("names are variables of the shell (OPUS S2)") {
  for (const char* name : {"a", "_x", "Sigma2", "obs_id", "A"}) CHECK(opus::is_variable_name(name));
  for (const char* name : {"", "2a", "a-b", "a.b", "a b", "a\n", "caf\xC3\xA9", "a$(id)", "a="})
    CHECK_FALSE(opus::is_variable_name(name));
}

TEST_CASE("control parameters of UWS and DALI are reserved in any case (UWS-PAR-09)") {
  for (const char* name : {"PHASE", "phase", "Action", "RUNID", "runId", "wait",
                           "executionDuration", "DESTRUCTION", "upload", "ResponseFormat"})
    CHECK_FALSE(opus::reserved_name_reason(name).empty());
}

TEST_CASE("names that would change the environment of programs are reserved as spelled") {
  for (const char* name :
       {"PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "IFS", "BASH_ENV", "SHELLOPTS", "LC_ALL",
        "PYTHONPATH", "_", "OPUS_UWS_JOB_ID", "opus_uws_x", "job_id", "work_dir"})
    CHECK_FALSE(opus::reserved_name_reason(name).empty());
  for (const char* name : {"path", "home", "user", "seconds", "text", "phases", "LDX", "job"})
    CHECK(opus::reserved_name_reason(name).empty());
}
