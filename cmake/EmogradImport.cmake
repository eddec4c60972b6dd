include(FindPackageHandleStandardArgs)

# What the Find modules beside this file end with: NAME_LIBRARY and NAME_INCLUDE_DIR become the imported target, or the
# error names the Debian package.
macro(emograd_import name target debian_package)
  find_package_handle_standard_args(${name} REASON_FAILURE_MESSAGE "on Debian: apt install ${debian_package}"
    REQUIRED_VARS ${name}_LIBRARY ${name}_INCLUDE_DIR)
  if(${name}_FOUND AND NOT TARGET ${target})
    add_library(${target} UNKNOWN IMPORTED)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${name}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE_DIR})
  endif()
endmacro()
