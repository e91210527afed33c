# SPDX-License-Identifier: BSD-3-Clause
# What cmake --install puts where: the library with its headers, find_package(Qombu) and pkg-config.
# Each program installs itself.
include(CMakePackageConfigHelpers)

set(QOMBU_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Qombu)
install(TARGETS Qombu EXPORT QombuTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT QombuTargets NAMESPACE Qombu:: DESTINATION ${QOMBU_CMAKE_DIR} COMPONENT dev)

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/QombuConfig.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/QombuConfig.cmake INSTALL_DESTINATION ${QOMBU_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/QombuConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/QombuConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/QombuConfigVersion.cmake
        DESTINATION ${QOMBU_CMAKE_DIR} COMPONENT dev)

# Relocatable: the way from the folder of qombu.pc up to the prefix, however deep it lies
# (lib/x86_64-linux-gnu/pkgconfig on Debian).
file(RELATIVE_PATH QOMBU_PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" QOMBU_PREFIX_FROM_PKGCONFIG "${QOMBU_PREFIX_FROM_PKGCONFIG}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/qombu.pc.in ${CMAKE_CURRENT_BINARY_DIR}/qombu.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qombu.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
