# Run with: cmake -DNAME= -DMODE=texts|packed|assets -DFOLDER= [-DONLY=] -DOUT= -P EmbedScript.cmake
file(MAKE_DIRECTORY ${OUT})
# By name, whatever folder a file lies in: "name|path".
file(GLOB_RECURSE files ${FOLDER}/*)
if(ONLY)
  list(FILTER files INCLUDE REGEX "^${FOLDER}/(${ONLY})[.]md$")
endif()
list(TRANSFORM files REPLACE "^(.*/)([^/]+)$" "\\2|\\1\\2")
list(SORT files)
list(TRANSFORM files REPLACE "^[^|]*[|]" "")
set(asm "    .section .rodata\n")
set(declarations "")
set(rows "")
set(index 0)

function(add_blob symbol path)
  string(APPEND asm "    .balign 16\n    .global ${symbol}\n${symbol}:\n    .incbin \"${path}\"\n")
  string(APPEND asm "    .global ${symbol}_end\n${symbol}_end:\n    .byte 0\n")
  set(asm "${asm}" PARENT_SCOPE)
  set(declarations "${declarations}extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n" PARENT_SCOPE)
endfunction()
macro(view_of symbol)
  set(view "{${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}")
endmacro()

foreach(path IN LISTS files)
  get_filename_component(file_name ${path} NAME)
  set(symbol "llmapikey_${NAME}_${index}")
  math(EXPR index "${index} + 1")
  if(MODE STREQUAL "packed")
    execute_process(COMMAND gzip -9 -n -c ${path} OUTPUT_FILE ${OUT}/${file_name}.gz COMMAND_ERROR_IS_FATAL ANY)
    set(path ${OUT}/${file_name}.gz)
  endif()
  add_blob(${symbol} ${path})
  view_of(${symbol})
  if(NOT MODE STREQUAL "assets")
    string(APPEND rows "    {\"${file_name}\", ${view}},\n")
    continue()
  endif()

  get_filename_component(extension ${path} LAST_EXT)
  get_filename_component(stem ${path} NAME_WLE)
  file(SHA256 ${path} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  if(extension STREQUAL ".css")
    set(type "text/css; charset=utf-8")
  elseif(extension STREQUAL ".js")
    set(type "text/javascript; charset=utf-8")
  elseif(extension STREQUAL ".svg")
    set(type "image/svg+xml")
  elseif(extension STREQUAL ".png")
    set(type "image/png")
  elseif(extension STREQUAL ".woff2")
    set(type "font/woff2")
  else()
    message(FATAL_ERROR "no content type known for ${path}")
  endif()
  set(identity "${view}")
  execute_process(COMMAND brotli --best --force --output=${OUT}/${file_name}.br ${path} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9 -n -c ${path} OUTPUT_FILE ${OUT}/${file_name}.gz COMMAND_ERROR_IS_FATAL ANY)
  add_blob(${symbol}_br ${OUT}/${file_name}.br)
  view_of(${symbol}_br)
  set(brotli "${view}")
  add_blob(${symbol}_gz ${OUT}/${file_name}.gz)
  view_of(${symbol}_gz)
  string(APPEND rows "    {\"${file_name}\", \"/assets/${stem}.${hash}${extension}\", \"${type}\", \"${hash}\",\n")
  string(APPEND rows "     ${identity},\n     ${brotli},\n     ${view}},\n")
endforeach()

if(NOT MODE STREQUAL "assets")
  set(type "EmbeddedText")
else()
  set(type "EmbeddedAsset")
endif()
file(WRITE ${OUT}/${NAME}.S "${asm}\n    .section .note.GNU-stack,\"\",@progbits\n")
file(WRITE ${OUT}/${NAME}.cpp "#include <cstddef>

#include \"base/embedded.hpp\"

extern \"C\" {
${declarations}}

namespace llmapikey {

std::span<const base::${type}> embedded_${NAME}() {
    static const base::${type} files[] = {
${rows}    };
    return files;
}

}  // namespace llmapikey
")
