# cmake -DBUILD=<build tree> -DSTAGE=<prefix> -P stage.cmake: an empty prefix, then the installation.
file(REMOVE_RECURSE ${STAGE})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
