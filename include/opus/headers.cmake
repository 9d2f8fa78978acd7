# The public headers, all of them and nothing else: installed as <opus/...>, each compiled alone by
# the test "headers".
set(OPUS_UWS_PUBLIC_HEADERS
  export.hpp
  version.hpp
)
list(TRANSFORM OPUS_UWS_PUBLIC_HEADERS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
