# libopus is compiled once, folder by folder, and linked twice: shared and static.

define_property(GLOBAL PROPERTY OPUS_UWS_MODULES BRIEF_DOCS "libopus modules that have sources")
define_property(GLOBAL PROPERTY OPUS_UWS_LINKS BRIEF_DOCS "third-party targets libopus links")

# opus_uws_module(<name> SOURCES <file>... [LINKS <target>...])
#
# The object library opus_uws_<name> of one folder of libopus. LINKS are third-party targets (or
# header-only ones) the sources need: they stay private to the folder at compile time and reach both
# final libraries at link time. A module without sources is skipped.
function(opus_uws_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "opus_uws_module(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SOURCES)
    return()
  endif()
  set(target opus_uws_${name})
  add_library(${target} OBJECT ${arg_SOURCES})
  opus_uws_configure(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE OPUS_UWS_BUILDING)
  target_link_libraries(${target} PRIVATE ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY OPUS_UWS_MODULES ${target})
  set_property(GLOBAL APPEND PROPERTY OPUS_UWS_LINKS ${arg_LINKS})
endfunction()

# opus_uws_assemble(): opus_uws (shared) and opus_uws_static from the objects of all modules.
function(opus_uws_assemble)
  get_property(modules GLOBAL PROPERTY OPUS_UWS_MODULES)
  if(NOT modules)
    message(STATUS "libopus has no sources yet: no library is assembled")
    return()
  endif()
  get_property(links GLOBAL PROPERTY OPUS_UWS_LINKS)
  list(REMOVE_DUPLICATES links)
  set(objects ${modules})
  list(TRANSFORM objects PREPEND "$<TARGET_OBJECTS:")
  list(TRANSFORM objects APPEND ">")

  add_library(opus_uws SHARED ${objects})
  add_library(opus_uws_static STATIC ${objects})
  add_library(OpusUws::opus_uws ALIAS opus_uws)
  add_library(OpusUws::opus_uws_static ALIAS opus_uws_static)
  foreach(library IN ITEMS opus_uws opus_uws_static)
    opus_uws_configure(${library})
    set_target_properties(${library} PROPERTIES OUTPUT_NAME opus-uws)
    target_compile_features(${library} PUBLIC cxx_std_20)
    foreach(link IN LISTS links)
      # Our own interface targets only carry private include paths: a host never sees them.
      if(link MATCHES "^opus_uws_")
        target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:${link}>)
      else()
        target_link_libraries(${library} PRIVATE ${link})
      endif()
    endforeach()
    target_sources(${library} PUBLIC
      FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${OPUS_UWS_PUBLIC_HEADERS})
  endforeach()
  # Not libopus.so.0, which is the codec's. Until 1.0 each minor version has a soname of its own.
  set_target_properties(opus_uws PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    VERIFY_INTERFACE_HEADER_SETS ON)
  set(map ${PROJECT_SOURCE_DIR}/cmake/hidden.map)
  target_link_options(opus_uws PRIVATE LINKER:--version-script=${map})
  set_property(TARGET opus_uws APPEND PROPERTY LINK_DEPENDS ${map})
  target_link_options(opus_uws PRIVATE $<$<NOT:$<BOOL:${OPUS_UWS_SANITIZE}>>:LINKER:--no-undefined>)
endfunction()
