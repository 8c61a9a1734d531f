# What `cmake --install` puts where, and the Debian package made of the same (scripts/package deb). Included at the top.
install(TARGETS vane RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr") # Debian has its text already
	install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
install(FILES conf/manual/reference.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY conf/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY conf/alerts DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES conf/manual/vane.schema.json conf/manual/landscape.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/vane)
install(FILES conf/manual/vane.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME vane)
install(FILES conf/manual/_vane DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES conf/manual/vane.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES conf/deploy/vane.service conf/deploy/vane.socket DESTINATION lib/systemd/system)
# /etc, where the prefix is /usr; below the prefix otherwise.
install(FILES conf/vane.yaml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/vane)

# Debian wants its pages compressed, without a time in them.
find_program(GZIP gzip)
function(manual_page file section)
	if(NOT GZIP)
		install(FILES conf/manual/${file} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
		return()
	endif()
	set(packed ${CMAKE_BINARY_DIR}/manual/${file}.gz)
	add_custom_command(OUTPUT ${packed} COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/manual
		COMMAND sh -c "'${GZIP}' -9nc '${CMAKE_SOURCE_DIR}/conf/manual/${file}' >'${packed}'"
		DEPENDS conf/manual/${file} VERBATIM)
	add_custom_target(packed_${file} ALL DEPENDS ${packed})
	install(FILES ${packed} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endfunction()
manual_page(vane.1 1)
manual_page(vane.yaml.5 5)

# ---- the Debian package: scripts/package deb, which sets the prefix /usr ----
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND GZIP)
	execute_process(COMMAND date -u -R -d "@$ENV{SOURCE_DATE_EPOCH}" OUTPUT_VARIABLE commit_date
		OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
	set(VANE_CONTACT "the vane authors <vane@example.org>" CACHE STRING "who maintains the package")
	file(WRITE ${CMAKE_BINARY_DIR}/debian/changelog "vane (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
		"  * Commit ${VANE_COMMIT}.\n\n -- ${VANE_CONTACT}  ${commit_date}\n")
	execute_process(COMMAND ${GZIP} -9nf ${CMAKE_BINARY_DIR}/debian/changelog)
	install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.gz conf/deploy/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
	set(CPACK_GENERATOR DEB)
	set(CPACK_PACKAGE_NAME vane)
	set(CPACK_PACKAGE_CONTACT ${VANE_CONTACT})
	set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "sidecar HTTP proxy that enforces API versions")
	set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "vane stands beside one HTTP service, sends each request to the backend that
serves the version it asks for, checks requests and responses against that
version's OpenAPI document, and tells clients and operators what is deprecated
and who still uses it.
.
The service is not started by the installation: write /etc/vane/vane.yaml
first, then enable vane.service, or vane.socket beside it.")
	set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
	set(CPACK_DEBIAN_PACKAGE_SECTION net)
	set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
	set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
	foreach(script conffiles postinst prerm postrm)
		list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/conf/deploy/debian/${script})
	endforeach()
	set(CPACK_STRIP_FILES ON)
	set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
	set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
		WORLD_READ WORLD_EXECUTE)
	set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
	include(CPack)
endif()
