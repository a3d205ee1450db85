set(LLMAPIKEY_SANITIZE "" CACHE STRING "Sanitizers to compile with, as -fsanitize= takes them; empty for none")
if(LLMAPIKEY_SANITIZE)
  add_compile_options(-fsanitize=${LLMAPIKEY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  # It compiles as fast as without, and what it compiles runs faster. clang would take longer.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Og)
  endif()
  add_link_options(-fsanitize=${LLMAPIKEY_SANITIZE})
endif()
# Asio uses stand-alone fences, which ThreadSanitizer does not model: its findings are weaker
# evidence there.
if(LLMAPIKEY_SANITIZE MATCHES "thread")
  add_compile_options(-Wno-tsan)
endif()
