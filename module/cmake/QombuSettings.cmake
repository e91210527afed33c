# SPDX-License-Identifier: BSD-3-Clause
# Compiler settings that every target of the project shares: include it before the first target.
include(GNUInstallDirs)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_UNITY_BUILD_RELOCATABLE ON) # from CMake 4.0 on: another clone finds it in ccache
if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
    set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
    set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
    # Installed programs find the library beside them, wherever the prefix is moved.
    set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
    if(NOT CMAKE_BUILD_TYPE)
        set(CMAKE_BUILD_TYPE RelWithDebInfo)
    endif()
    find_program(CCACHE ccache)
    if(CCACHE)
        # The compiler itself says what a file includes (depend mode): no second run of the
        # preprocessor. What is left out of the comparison is what precompiled headers cannot keep
        # equal, and the folder of the clone, so that the next clone finds what this one compiled.
        set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
            CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
        add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
    find_program(MOLD mold)
    if(MOLD)
        add_link_options(-fuse-ld=mold)
    endif()
endif()

# qombu_precompile(TARGET HEADER...): what most files of TARGET include, compiled once. Not in a unity
# build: of the few files that are left, none waits for it.
function(qombu_precompile target)
    get_target_property(unity ${target} UNITY_BUILD)
    if(NOT unity)
        target_precompile_headers(${target} PRIVATE ${ARGN})
    endif()
endfunction()

# The house settings as a target: link it PRIVATE.
add_library(QombuHouse INTERFACE)
target_compile_definitions(QombuHouse INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY QT_NO_URL_CAST_FROM_STRING
    QT_NO_KEYWORDS QT_NO_FOREACH QT_USE_QSTRINGBUILDER QT_STRICT_ITERATORS
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_DISABLE_DEPRECATED_BEFORE=0x060400)
# GCC 12 sees uninitialised members in std::variant where there are none.
target_compile_options(QombuHouse INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual)
if(CMAKE_UNITY_BUILD) # whose sources GCC takes for headers
    target_compile_options(QombuHouse INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
