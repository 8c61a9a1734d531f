# What `cmake --install` puts where, and the Debian package made of the same (scripts/package deb). Included at the top.
install(TARGETS vane RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES conf/manual/reference.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY conf/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.yaml")
install(FILES conf/manual/vane.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/vane)
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
