# SPDX-License-Identifier: BSD-3-Clause
# Writes a header under the name of each class of the public headers, <Qombu/Connection>, and
# <Qombu/Qombu> for all of them.

# qombu_forward(FILE TEXT): writes only what changed, so that nothing is compiled again for nothing.
function(qombu_forward file text)
    file(CONFIGURE OUTPUT ${file} CONTENT "// SPDX-License-Identifier: BSD-3-Clause\n${text}" @ONLY)
endfunction()

# qombu_forwarding_headers(VARIABLE SOURCE_DIR OUTPUT_DIR HEADER...): the headers are named relative
# to SOURCE_DIR; VARIABLE gets the files that were written.
function(qombu_forwarding_headers variable source_dir output_dir)
    set(all "")
    set(written "")
    foreach(header ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source_dir}/${header})
        get_filename_component(folder ${header} DIRECTORY)
        if(folder MATCHES "/detail$") # what other headers are made of
            continue()
        endif()
        string(APPEND all "#include <${header}>\n")
        # A definition at the start of a line, not a declaration ahead of one; or a name it is given.
        file(STRINGS ${source_dir}/${header} lines
             REGEX "^((class|struct) ([A-Z_]+_EXPORT )?(\\[\\[[a-z]+\\]\\] )?[A-Z][A-Za-z0-9]*[^;]*$|// Forwarded as <)")
        foreach(line ${lines})
            string(REGEX REPLACE "^((class|struct) ([A-Z_]+_EXPORT )?(\\[\\[[a-z]+\\]\\] )?|// Forwarded as <Qombu/)" "" line "${line}")
            string(REGEX MATCH "^[A-Za-z0-9]+" class "${line}")
            qombu_forward(${output_dir}/${folder}/${class} "#include <${header}>\n")
            list(APPEND written ${output_dir}/${folder}/${class})
        endforeach()
    endforeach()
    qombu_forward(${output_dir}/Qombu/Qombu "${all}")
    list(APPEND written ${output_dir}/Qombu/Qombu)
    list(REMOVE_DUPLICATES written)
    set(${variable} ${written} PARENT_SCOPE)
endfunction()
