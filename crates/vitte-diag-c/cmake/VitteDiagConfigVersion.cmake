# The version is VD_VERSION of the header.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../../../include/vitte_diag.h" _vitte_diag_version
    REGEX "^#define VD_VERSION [0-9]+$")
string(REGEX MATCH "[0-9]+$" _vitte_diag_version "${_vitte_diag_version}")
math(EXPR _vitte_diag_major "${_vitte_diag_version} / 10000")
math(EXPR _vitte_diag_minor "${_vitte_diag_version} / 100 % 100")
math(EXPR _vitte_diag_patch "${_vitte_diag_version} % 100")
set(PACKAGE_VERSION "${_vitte_diag_major}.${_vitte_diag_minor}.${_vitte_diag_patch}")

# Versions with the same major number are compatible: a program that was written for 0.1 compiles with 0.2.
set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION
        AND (NOT PACKAGE_FIND_VERSION OR PACKAGE_FIND_VERSION_MAJOR EQUAL _vitte_diag_major))
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
endif()

foreach(_vitte_diag_variable version major minor patch variable)
    unset("_vitte_diag_${_vitte_diag_variable}")
endforeach()
