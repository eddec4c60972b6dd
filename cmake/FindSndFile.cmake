find_library(SndFile_LIBRARY NAMES sndfile)
find_path(SndFile_INCLUDE_DIR NAMES sndfile.h)
include(${CMAKE_CURRENT_LIST_DIR}/EmogradImport.cmake)
emograd_import(SndFile SndFile::sndfile libsndfile1-dev)
