# SPDX-License-Identifier: BSD-3-Clause
# One call a transport, and the table of transports that comes out of it.
find_package(PkgConfig QUIET)

# qombu_add_transport(name SCHEMES scheme… [REQUIRES library…]): enters the folder, whose
# CMakeLists.txt adds its sources to QombuObjects, links it with PkgConfig::library, and which
# defines TransportInfo Qombu::Builtin::name(). QOMBU_TRANSPORT_<NAME> is AUTO (if the libraries are
# there), ON (or the configuration fails) or OFF. A transport that is not built keeps its row, with
# the reason. QOMBU_HAS_<NAME> tells the tests whether it is built.
function(qombu_add_transport name)
    cmake_parse_arguments(arg "" "" "SCHEMES;REQUIRES" ${ARGN})
    string(TOUPPER ${name} upper)
    set(option QOMBU_TRANSPORT_${upper})
    set(${option} AUTO CACHE STRING "Build the ${name} transport (AUTO, ON, OFF)")
    set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)

    set(built ON)
    set(missing "")
    if(${option} STREQUAL "OFF")
        set(built OFF)
        message(STATUS "Transport ${name}: switched off (${option}=OFF)")
    else()
        foreach(library ${arg_REQUIRES})
            if(PkgConfig_FOUND)
                pkg_check_modules(${library} QUIET IMPORTED_TARGET GLOBAL ${library})
            endif()
            if(NOT ${library}_FOUND)
                set(built OFF)
                set(missing ${library})
            endif()
        endforeach()
    endif()
    if(missing AND ${option} STREQUAL "ON")
        message(FATAL_ERROR "The ${name} transport cannot be built: ${missing} was not found by pkg-config.")
    elseif(missing)
        message(STATUS "Transport ${name}: not built, ${missing} was not found by pkg-config")
    endif()

    set(QOMBU_HAS_${upper} ${built} CACHE INTERNAL "")
    if(built)
        add_subdirectory(${name})
        set_property(GLOBAL APPEND_STRING PROPERTY QOMBU_TRANSPORT_DECLARATIONS
            "TransportInfo ${name}();\n")
        set(row "${name}()")
    else()
        list(JOIN arg_SCHEMES " " schemes)
        set(row "missing(QStringLiteral(\"${name}\"), QStringLiteral(\"${schemes}\"),\n\
                            QStringLiteral(\"${option}\"), QStringLiteral(\"${missing}\"))")
    endif()
    set_property(GLOBAL APPEND_STRING PROPERTY QOMBU_TRANSPORT_ROWS "    table.push_back(${row});\n")
endfunction()

# After the last transport: compiles the table into QombuObjects.
function(qombu_write_transport_table)
    get_property(declarations GLOBAL PROPERTY QOMBU_TRANSPORT_DECLARATIONS)
    get_property(rows GLOBAL PROPERTY QOMBU_TRANSPORT_ROWS)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/builtintransports.cpp.in
        ${CMAKE_CURRENT_BINARY_DIR}/builtintransports.cpp @ONLY)
    target_sources(QombuObjects PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/builtintransports.cpp)
endfunction()
