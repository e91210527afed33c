# SPDX-License-Identifier: BSD-3-Clause

# qombu_embed_texts(HEADER NAMESPACE FILE...): writes HEADER into the binary directory, where each
# file's text is a constant of NAMESPACE under the file's name.
function(qombu_embed_texts header namespace)
    set(constants "")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
        get_filename_component(name ${file} NAME_WE)
        file(READ ${file} text)
        string(APPEND constants "constexpr char ${name}[] = R\"text(${text})text\";\n")
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${header} @ONLY CONTENT
        "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n\nnamespace ${namespace} {\n${constants}}\n")
endfunction()
