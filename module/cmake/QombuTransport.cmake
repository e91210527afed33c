# SPDX-License-Identifier: BSD-3-Clause
# One call a transport, and the table of transports that comes out of it.

# qombu_add_transport(name SCHEMES scheme… [REQUIRES target…]): enters the folder, whose
# CMakeLists.txt adds its sources to QombuObjects and which defines
# TransportInfo Qombu::Builtin::name(). QOMBU_TRANSPORT_<NAME> is AUTO (if the libraries are there),
# ON (or the build fails) or OFF. A transport that is not built keeps its row, with the reason.
function(qombu_add_transport name)
    cmake_parse_arguments(arg "" "" "SCHEMES;REQUIRES" ${ARGN})
    string(TOUPPER ${name} upper)
    set(QOMBU_TRANSPORT_${upper} AUTO CACHE STRING "Build the ${name} transport (AUTO, ON, OFF)")
    set_property(CACHE QOMBU_TRANSPORT_${upper} PROPERTY STRINGS AUTO ON OFF)

    file(GLOB folder CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/CMakeLists.txt)
    set(reason "")
    if(QOMBU_TRANSPORT_${upper} STREQUAL "OFF")
        set(reason "it was switched off (QOMBU_TRANSPORT_${upper}=OFF)")
    elseif(NOT folder)
        set(reason "its sources were not there")
    else()
        foreach(library ${arg_REQUIRES})
            if(NOT TARGET ${library})
                set(reason "${library} was not found")
            endif()
        endforeach()
    endif()
    if(reason AND QOMBU_TRANSPORT_${upper} STREQUAL "ON")
        message(FATAL_ERROR "The ${name} transport cannot be built: ${reason}.")
    endif()

    if(reason)
        list(JOIN arg_SCHEMES "\", u\"" schemes)
        string(APPEND row "    table.push_back(missing(QStringLiteral(\"${name}\"), "
            "{QStringLiteral(\"${schemes}\")}, QStringLiteral(\"${reason}\")));\n")
        string(REPLACE "\", u\"" "\"), QStringLiteral(\"" row "${row}")
    else()
        add_subdirectory(${name})
        set_property(GLOBAL APPEND_STRING PROPERTY QOMBU_TRANSPORT_DECLARATIONS
            "TransportInfo ${name}();\n")
        set(row "    table.push_back(${name}());\n")
    endif()
    set_property(GLOBAL APPEND_STRING PROPERTY QOMBU_TRANSPORT_ROWS "${row}")
endfunction()

# After the last transport: compiles the table into QombuObjects.
function(qombu_write_transport_table)
    get_property(declarations GLOBAL PROPERTY QOMBU_TRANSPORT_DECLARATIONS)
    get_property(rows GLOBAL PROPERTY QOMBU_TRANSPORT_ROWS)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/builtintransports.cpp.in
        ${CMAKE_CURRENT_BINARY_DIR}/builtintransports.cpp @ONLY)
    target_sources(QombuObjects PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/builtintransports.cpp)
endfunction()
