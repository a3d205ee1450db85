# The Debian package: packaging/build. What it installs and where; scripts and units are in
# packaging/.
set(docs share/doc/llmapikey)
set(made ${CMAKE_BINARY_DIR}/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# Whatever the umask of whoever builds.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)
set(for_all PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

install(TARGETS llmapikey DESTINATION bin)
install(CODE "execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/packaging/make_files ${CMAKE_BINARY_DIR}/llmapikey ${PROJECT_VERSION} ${made}
  COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${made}/llmapikey.1.gz DESTINATION share/man/man1 ${for_all})
install(FILES ${made}/llmapikey.bash DESTINATION share/bash-completion/completions RENAME llmapikey ${for_all})
install(FILES ${made}/_llmapikey DESTINATION share/zsh/vendor-completions ${for_all})
install(FILES ${made}/llmapikey.fish DESTINATION share/fish/vendor_completions.d ${for_all})
install(FILES packaging/systemd/llmapikey.service packaging/systemd/llmapikey.socket DESTINATION /lib/systemd/system
  ${for_all})
# Secrets may stand in it. The installation gives it to the group that may read it.
install(FILES packaging/llmapikey.env DESTINATION /etc/llmapikey PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES packaging/debian/copyright README.md SECURITY.md docs/admin.md docs/configuration.md docs/guarantees.md
  docs/postgres.md docs/rotation.md
        docs/deploy/package.md docs/deploy/proxies.md ${made}/CHANGELOG.md.gz ${made}/changelog.gz
          ${made}/llmapikey.cdx.json DESTINATION ${docs} ${for_all})
install(FILES packaging/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME llmapikey ${for_all})
install(FILES packaging/systemd/credentials.conf docs/deploy/nginx.conf docs/deploy/Caddyfile docs/deploy/haproxy.cfg
  docs/deploy/apache.conf DESTINATION ${docs}/examples ${for_all})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME llmapikey)
set(CPACK_PACKAGE_CONTACT "llmapikey maintainers <maintainers@llmapikey.invalid>")
set(CPACK_PACKAGE_DESCRIPTION "People sign in with GitHub, press one button, and hold exactly one
OpenRouter API key with a hard daily cap. For whoever pays for others' calls:
a maintainer, a teacher, a hackathon, a platform team. One binary, with its
database inside, or any number of replicas on one PostgreSQL.")
set(CPACK_THREADS 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What dpkg-shlibdeps cannot see: libraries that are loaded when they are used first
# (src/net/curl_library.cpp, src/sql/postgres/pq_library.cpp, src/documents/md4c_library.cpp).
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, libcurl4 (>= 7.85), libmd4c0, libpq5")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
    ${CMAKE_SOURCE_DIR}/packaging/debian/postrm ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
