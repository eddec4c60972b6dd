find_library(XXHash_LIBRARY NAMES xxhash)
find_path(XXHash_INCLUDE_DIR NAMES xxhash.h)
include(${CMAKE_CURRENT_LIST_DIR}/EmogradImport.cmake)
emograd_import(XXHash XXHash::XXHash libxxhash-dev)
