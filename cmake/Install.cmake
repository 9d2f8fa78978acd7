# What is installed. Every name says "opus-uws" or "OpusUws": "opus" belongs to the audio codec. Two
# export sets, so that a host which links the shared library needs no package of our dependencies.
include(CMakePackageConfigHelpers)

set(opus_uws_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/OpusUws)
set(opus_uws_include_dir ${CMAKE_INSTALL_INCLUDEDIR}/opus-uws)
set(opus_uws_launcher ${CMAKE_INSTALL_LIBEXECDIR}/opus-uws/opus-uws-launcher)

install(TARGETS opus_uws EXPORT OpusUwsTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  FILE_SET HEADERS DESTINATION ${opus_uws_include_dir} COMPONENT development)
install(TARGETS opus_uws_static EXPORT OpusUwsStaticTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  FILE_SET HEADERS DESTINATION ${opus_uws_include_dir} COMPONENT development)
install(EXPORT OpusUwsTargets NAMESPACE OpusUws::
  DESTINATION ${opus_uws_package_dir} COMPONENT development)
install(EXPORT OpusUwsStaticTargets NAMESPACE OpusUws::
  DESTINATION ${opus_uws_package_dir} COMPONENT development)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/OpusUwsConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/OpusUwsConfig.cmake
  INSTALL_DESTINATION ${opus_uws_package_dir} PATH_VARS opus_uws_launcher)
# Until 1.0 each minor version may change the ABI and the API.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/OpusUwsConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

# The .pc file finds its prefix from its own place, so that an installed tree can be moved.
set(opus_uws_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH opus_uws_pc_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" opus_uws_pc_prefix "${opus_uws_pc_prefix}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/opus-uws.pc.in
  ${PROJECT_BINARY_DIR}/package/opus-uws.pc @ONLY)

install(FILES
  ${PROJECT_BINARY_DIR}/package/OpusUwsConfig.cmake
  ${PROJECT_BINARY_DIR}/package/OpusUwsConfigVersion.cmake
  DESTINATION ${opus_uws_package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/package/opus-uws.pc
  DESTINATION ${opus_uws_pc_dir} COMPONENT development)
