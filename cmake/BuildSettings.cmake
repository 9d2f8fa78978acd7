# How our own code is compiled, as targets that are linked PRIVATE and never exported: a host that
# links the library inherits none of it.
add_library(opus_uws_settings INTERFACE)
target_compile_features(opus_uws_settings INTERFACE cxx_std_20)
target_compile_options(opus_uws_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${OPUS_UWS_WERROR}>:-Werror>
  # GCC 12 at -O3 sees overlaps in std::string that cannot be (its bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)

set(opus_uws_sanitizers "")
if(OPUS_UWS_SANITIZE)
  list(JOIN OPUS_UWS_SANITIZE "," opus_uws_sanitizers)
  # Instrumented code makes GCC warn of values that are always set. A target with the property
  # OPUS_UWS_UNSANITIZED is left alone.
  set(opus_uws_sanitized "$<NOT:$<BOOL:$<TARGET_PROPERTY:OPUS_UWS_UNSANITIZED>>>")
  target_compile_options(opus_uws_settings INTERFACE
    "$<${opus_uws_sanitized}:-fsanitize=${opus_uws_sanitizers};-fno-omit-frame-pointer;-fno-sanitize-recover=all>"
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(opus_uws_settings INTERFACE
    "$<${opus_uws_sanitized}:-fsanitize=${opus_uws_sanitizers}>")
endif()

# opus_uws_configure(<target>): C++20 without extensions, hidden symbols, position-independent code,
# our warnings and sanitizers. For every target of this project.
function(opus_uws_configure target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:opus_uws_settings>)
endfunction()
