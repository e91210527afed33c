# SPDX-License-Identifier: BSD-3-Clause
# qombu_add_translations(TARGET NAME): compiles translations/NAME_<language>.ts into TARGET, to be
# loaded from :/qombu/i18n. Call it in the folder that makes TARGET.
function(qombu_add_translations target name)
    file(GLOB texts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/translations/${name}_*.ts)
    set(compiled "")
    foreach(text ${texts})
        get_filename_component(stem ${text} NAME_WE)
        set(qm ${CMAKE_CURRENT_BINARY_DIR}/i18n/${stem}.qm)
        add_custom_command(OUTPUT ${qm}
            COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/i18n
            COMMAND Qt6::lrelease -silent -nounfinished ${text} -qm ${qm}
            DEPENDS ${text} VERBATIM)
        list(APPEND compiled ${qm})
    endforeach()
    qt_add_resources(${target} ${target}_i18n PREFIX /qombu/i18n
        BASE ${CMAKE_CURRENT_BINARY_DIR}/i18n FILES ${compiled})
endfunction()
