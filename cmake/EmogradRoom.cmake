# How a room (one folder, one library) is built, warned about, compiled per instruction level and installed.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(emograd_warnings INTERFACE)
target_compile_options(emograd_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Werror>)

# -ffp-contract=fast, spelled out because compilers differ in their default: a multiply feeding an add is one FMA where the
# level has it. v3 and v4 then give the same bits, vector and remainder loops too; v2 differs in last bits.
# -fno-math-errno, -fno-trapping-math: let loops over sqrt and blends vectorise; neither changes a value.
add_library(emograd_arithmetic INTERFACE)
target_compile_options(emograd_arithmetic INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=fast -fno-math-errno -fno-trapping-math>)

if(EMOGRAD_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${EMOGRAD_SANITIZE}> $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # g++ 12's instrumented standard library looks uninitialised to it
    target_compile_options(emograd_warnings INTERFACE -Wno-maybe-uninitialized)
  else()  # at -O1 clang does not vectorise what it is asked to
    target_compile_options(emograd_warnings INTERFACE -Wno-pass-failed)
  endif()
  add_link_options(-fsanitize=${EMOGRAD_SANITIZE})
endif()

# emograd_room(name SOURCES ... [ISA_SOURCES ...] [NEEDS rooms ...] [LINK libraries ...])
# SOURCES are compiled once for the baseline; ISA_SOURCES once per instruction level, with EMOGRAD_ISA naming it.
function(emograd_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ISA_SOURCES;NEEDS;LINK;PRIVATE_LINK" ${ARGN})
  set(target emograd_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(emograd::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/emograd>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  foreach(need IN LISTS ARG_NEEDS)
    target_link_libraries(${target} PUBLIC emograd_${need})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_LINK})
  foreach(private IN LISTS ARG_PRIVATE_LINK)
    target_link_libraries(${target} PRIVATE ${private})
  endforeach()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:emograd_warnings> $<BUILD_INTERFACE:emograd_arithmetic>)

  if(ARG_ISA_SOURCES)
    set(levels v2)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
      list(APPEND levels v3 v4)
    endif()
    foreach(level IN LISTS levels)
      set(objects ${target}_${level})
      add_library(${objects} OBJECT ${ARG_ISA_SOURCES})
      set_target_properties(${objects} PROPERTIES POSITION_INDEPENDENT_CODE ON)
      target_include_directories(${objects} PRIVATE ${PROJECT_SOURCE_DIR})
      target_compile_definitions(${objects} PRIVATE EMOGRAD_ISA=${level})
      target_compile_options(${objects} PRIVATE $<$<CONFIG:Release>:-O3> -fopenmp-simd)
      if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_options(${objects} PRIVATE -march=x86-64-${level})
        if(level STREQUAL v4)
          target_compile_options(${objects} PRIVATE -mprefer-vector-width=512)
        endif()
      endif()
      target_link_libraries(${objects} PRIVATE emograd_warnings emograd_arithmetic fmt::fmt)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
      set_property(GLOBAL APPEND PROPERTY EMOGRAD_ISA_OBJECTS ${objects})
    endforeach()
  endif()
  set_property(GLOBAL APPEND PROPERTY EMOGRAD_ROOMS ${name})
endfunction()

# A command-line program of the experiments room.
function(emograd_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;NEEDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(need IN LISTS ARG_NEEDS)
    target_link_libraries(${name} PRIVATE emograd_${need})
  endforeach()
  target_link_libraries(${name} PRIVATE emograd_warnings emograd_arithmetic)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set_property(GLOBAL APPEND PROPERTY EMOGRAD_PROGRAMS ${name})
endfunction()

# Headers keep their room's path under include/emograd, so that "autograd/grad.h" is written alike inside and outside.
function(emograd_install)
  get_property(rooms GLOBAL PROPERTY EMOGRAD_ROOMS)
  foreach(room IN LISTS rooms)
    install(TARGETS emograd_${room} EXPORT emograd-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/emograd/${room}
      FILES_MATCHING PATTERN "*.h" PATTERN "*.cuh")
  endforeach()
  set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/emograd)
  install(EXPORT emograd-targets NAMESPACE emograd:: DESTINATION ${destination})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/emograd-config.cmake.in
    ${PROJECT_BINARY_DIR}/emograd-config.cmake INSTALL_DESTINATION ${destination})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/emograd-config-version.cmake COMPATIBILITY SameMinorVersion)
  file(GLOB find_modules ${PROJECT_SOURCE_DIR}/cmake/Find*.cmake)
  install(FILES ${PROJECT_BINARY_DIR}/emograd-config.cmake ${PROJECT_BINARY_DIR}/emograd-config-version.cmake
    ${find_modules} ${PROJECT_SOURCE_DIR}/cmake/EmogradImport.cmake
    DESTINATION ${destination})
endfunction()
