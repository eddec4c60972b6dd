# OpenBLAS built with OpenMP: it shares the process's one OpenMP runtime, where the pthread build would start its own threads.
find_library(OpenBLASOpenMP_LIBRARY NAMES openblas
  PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
find_library(OpenBLASOpenMP_LIBRARY NAMES openblaso openblas_omp openblas)
find_path(OpenBLASOpenMP_INCLUDE_DIR NAMES cblas.h
  PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
find_path(OpenBLASOpenMP_INCLUDE_DIR NAMES cblas.h PATH_SUFFIXES openblas)
include(${CMAKE_CURRENT_LIST_DIR}/EmogradImport.cmake)
emograd_import(OpenBLASOpenMP OpenBLAS::OpenMP libopenblas-openmp-dev)
