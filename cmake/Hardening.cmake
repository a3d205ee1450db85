# Debian's hardening flags.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT LLMAPIKEY_SANITIZE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -ffunction-sections
    -fdata-sections
                      -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
  add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed -Wl,--gc-sections -Wl,-O1)
endif()
