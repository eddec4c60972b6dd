# Not oneDNN's own package file: Debian's asks for the OpenCL headers, which a CPU build has no use for.
find_library(OneDNN_LIBRARY NAMES dnnl)
find_path(OneDNN_INCLUDE_DIR NAMES dnnl.h)
include(${CMAKE_CURRENT_LIST_DIR}/EmogradImport.cmake)
emograd_import(OneDNN OneDNN::OneDNN libdnnl-dev)
