#include <dlfcn.h>

#include "CProcessGroup.h"

const ft_mpi *ft_mpi_load(const char *path, const char **reason) {
    // Global, because Open MPI's plugins look for its symbols among those of the program.
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    const ft_mpi *(*interface)(void) = NULL;
    if (library != NULL) interface = (const ft_mpi *(*)(void))dlsym(library, "ft_mpi_interface");
    if (interface != NULL) return interface();
    *reason = dlerror();
    return NULL;
}
