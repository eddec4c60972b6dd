# OpenBLAS built with OpenMP: it shares the process's one OpenMP runtime, where the pthread build would start its own threads.
find_library(OpenBLASOpenMP_LIBRARY NAMES openblas
  PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
find_library(OpenBLASOpenMP_LIBRARY NAMES openblaso openblas_omp openblas)
find_path(OpenBLASOpenMP_INCLUDE_DIR NAMES cblas.h
  PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
find_path(OpenBLASOpenMP_INCLUDE_DIR NAMES cblas.h PATH_SUFFIXES openblas)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLASOpenMP
  REASON_FAILURE_MESSAGE "on Debian: apt install libopenblas-openmp-dev"
  REQUIRED_VARS OpenBLASOpenMP_LIBRARY OpenBLASOpenMP_INCLUDE_DIR)
if(OpenBLASOpenMP_FOUND AND NOT TARGET OpenBLAS::OpenMP)
  add_library(OpenBLAS::OpenMP UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenMP PROPERTIES IMPORTED_LOCATION ${OpenBLASOpenMP_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${OpenBLASOpenMP_INCLUDE_DIR})
endif()
