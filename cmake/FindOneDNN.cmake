# Not oneDNN's own package file: Debian's asks for the OpenCL headers, which a CPU build has no use for.
find_library(OneDNN_LIBRARY NAMES dnnl)
find_path(OneDNN_INCLUDE_DIR NAMES dnnl.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OneDNN REASON_FAILURE_MESSAGE "on Debian: apt install libdnnl-dev"
  REQUIRED_VARS OneDNN_LIBRARY OneDNN_INCLUDE_DIR)
if(OneDNN_FOUND AND NOT TARGET OneDNN::OneDNN)
  add_library(OneDNN::OneDNN UNKNOWN IMPORTED)
  set_target_properties(OneDNN::OneDNN PROPERTIES IMPORTED_LOCATION ${OneDNN_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${OneDNN_INCLUDE_DIR})
endif()
