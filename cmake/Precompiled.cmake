# Headers that most files include are read once for all of them. They hide a forgotten #include, so
# the release build never does this, and tests/nightly/run builds the asan tree without it.
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR LLMAPIKEY_FUZZ)
  set(precompile OFF)
else()
  set(precompile ON)
endif()
option(LLMAPIKEY_PRECOMPILE "Precompile common headers" ${precompile})
if(LLMAPIKEY_PRECOMPILE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  message(FATAL_ERROR "the release build finds forgotten includes: it precompiles no headers")
endif()
# What Boost::json defines for those who are linked with it. The compiler takes a precompiled header
# only where the macros that it saw are the same, so these are the same everywhere.
if(LLMAPIKEY_PRECOMPILE)
  add_compile_definitions(BOOST_JSON_NO_LIB BOOST_CONTAINER_NO_LIB)
endif()

# A set of headers that targets share. It is a library of its own, since whoever makes one may have
# no definitions that others lack.
function(llmapikey_precompiled_set name)
  cmake_parse_arguments(ARG "" "" "HEADERS;PACKAGES" ${ARGN})
  if(NOT LLMAPIKEY_PRECOMPILE)
    return()
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Nothing but the headers.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${ARG_PACKAGES} llmapikey_warnings)
  list(TRANSFORM ARG_HEADERS REPLACE "^.+$" "<\\0>")
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(llmapikey_precompiled target set)
  if(LLMAPIKEY_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${set})
  endif()
endfunction()

set(LLMAPIKEY_COMMON_HEADERS algorithm array atomic chrono cstdint functional map memory mutex optional set span
  string string_view thread utility variant vector boost/json/array.hpp boost/json/object.hpp boost/json/parse.hpp
  boost/json/serialize.hpp boost/json/value.hpp tl/expected.hpp)
