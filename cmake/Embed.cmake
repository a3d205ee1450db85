# Puts files into the binary. The work is done at build time by EmbedScript.cmake, so that a changed
# file rebuilds only its table.
set(LLMAPIKEY_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/EmbedScript.cmake)

# `only`: names of *.md in the folder itself, separated by "|"; "": all files.
function(llmapikey_embed_files target name mode folder only)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
  if(only)
    list(FILTER files INCLUDE REGEX "^${folder}/(${only})[.]md$")
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embed_${name})
  add_custom_command(
    OUTPUT ${out}/${name}.S ${out}/${name}.cpp
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DMODE=${mode} -DFOLDER=${folder} -DONLY=${only} -DOUT=${out}
      -P ${LLMAPIKEY_EMBED_SCRIPT}
    DEPENDS ${files} ${LLMAPIKEY_EMBED_SCRIPT}
    COMMENT "Embedding ${name}" VERBATIM)
  target_sources(${target} PRIVATE ${out}/${name}.S ${out}/${name}.cpp)
endfunction()

# std::span<const base::EmbeddedText> embedded_<name>(), sorted by file name.
function(llmapikey_embed_texts target name folder)
  llmapikey_embed_files(${target} ${name} texts ${folder} "")
endfunction()

# The same, each text compressed by gzip.
function(llmapikey_embed_packed target name folder only)
  llmapikey_embed_files(${target} ${name} packed ${folder} "${only}")
endfunction()

# std::span<const base::EmbeddedAsset> embedded_assets(): each with its hashed URL, brotli and gzip
# forms.
function(llmapikey_embed_assets target folder)
  find_program(BROTLI_COMMAND brotli REQUIRED)
  llmapikey_embed_files(${target} assets assets ${folder} "")
endfunction()
