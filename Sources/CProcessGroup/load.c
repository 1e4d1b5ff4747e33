#include <dlfcn.h>

#include "CProcessGroup.h"

static int refused_version;

const ft_mpi *ft_mpi_load(const char *path, const char **reason) {
    // Global, because Open MPI's plugins look for its symbols among those of the program.
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        *reason = dlerror();
        return NULL;
    }
    const ft_mpi *(*interface)(void) = (const ft_mpi *(*)(void))dlsym(library, "ft_mpi_interface");
    if (interface == NULL) {
        *reason = dlerror();
        return NULL;
    }
    const ft_mpi *functions = interface();
    if (functions->version != FT_MPI_VERSION) {
        refused_version = functions->version;
        *reason = "it is of another version";
        return NULL;
    }
    return functions;
}

int ft_mpi_refused_version(void) { return refused_version; }
