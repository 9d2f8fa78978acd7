#include "libopus/store/store.hpp"

#include <future>
#include <utility>

namespace opus { inline namespace uws0 { namespace store {

Result<void> Store::write(Change change) {
  std::promise<Result<void>> promise;
  auto outcome = promise.get_future();
  write(std::move(change),
        [&promise](Result<void> result) { promise.set_value(std::move(result)); });
  return outcome.get();
}

}}}  // namespace opus::uws0::store
