find_library(LibSVM_LIBRARY NAMES svm)
find_path(LibSVM_INCLUDE_DIR NAMES libsvm/svm.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibSVM REASON_FAILURE_MESSAGE "on Debian: apt install libsvm-dev"
  REQUIRED_VARS LibSVM_LIBRARY LibSVM_INCLUDE_DIR)
if(LibSVM_FOUND AND NOT TARGET LibSVM::LibSVM)
  add_library(LibSVM::LibSVM UNKNOWN IMPORTED)
  set_target_properties(LibSVM::LibSVM PROPERTIES IMPORTED_LOCATION ${LibSVM_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${LibSVM_INCLUDE_DIR})
endif()
