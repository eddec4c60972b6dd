find_library(LibSVM_LIBRARY NAMES svm)
find_path(LibSVM_INCLUDE_DIR NAMES libsvm/svm.h)
include(${CMAKE_CURRENT_LIST_DIR}/EmogradImport.cmake)
emograd_import(LibSVM LibSVM::LibSVM libsvm-dev)
