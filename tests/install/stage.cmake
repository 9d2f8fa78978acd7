# cmake -DBUILD=<build tree> -DSTAGE=<prefix> -P stage.cmake
#
# Empties the prefix and installs there.
file(REMOVE_RECURSE ${STAGE})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
