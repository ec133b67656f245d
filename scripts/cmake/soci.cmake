# SOCI 4.0 has no CMake package in Debian: find its headers and libraries, and those of the two databases that its own
# headers include, and import them as SYSTEM targets, so that its headers are exempt from our warnings. Gives
# soci::core, soci::sqlite3 and soci::postgresql.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_path(SOCI_SQLITE3_INCLUDE_DIR sqlite3.h REQUIRED)
find_path(SOCI_POSTGRESQL_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
foreach(component core sqlite3 postgresql)
  find_library(SOCI_${component}_LIBRARY soci_${component} REQUIRED)
  string(TOUPPER "${component}" database)
  set(directories "${SOCI_INCLUDE_DIR}" ${SOCI_${database}_INCLUDE_DIR})
  add_library(soci::${component} UNKNOWN IMPORTED)
  set_target_properties(
    soci::${component}
    PROPERTIES IMPORTED_LOCATION "${SOCI_${component}_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${directories}"
               INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${directories}")
endforeach()
set_property(TARGET soci::sqlite3 soci::postgresql PROPERTY INTERFACE_LINK_LIBRARIES soci::core)
# A connection's socket is shut down through it, which SOCI has no word for.
find_library(PQ_LIBRARY pq REQUIRED)
set_property(TARGET soci::postgresql APPEND PROPERTY INTERFACE_LINK_LIBRARIES "${PQ_LIBRARY}")
