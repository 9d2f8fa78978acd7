// What real schedulers were recorded to say.
#pragma once

#include <string>
#include <utility>

#include "libopus/executor/batch/command.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

/// A file of tests/executors/data.
inline std::string recorded(const std::string& name) {
  return TempFolder::read(std::string{OPUS_UWS_TEST_DATA} + "/" + name);
}

/// A command that ended by itself.
inline opus::batch::CommandResult said(int exit_code, std::string out, std::string err = {}) {
  opus::batch::CommandResult result;
  result.end = opus::batch::CommandResult::End::exited;
  result.exit_code = exit_code;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

}  // namespace opus_test
