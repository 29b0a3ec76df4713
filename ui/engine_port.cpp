// SPDX-License-Identifier: Apache-2.0
#include "ui/engine_port.h"

// The class is abstract; its meta-object is generated into this file's library.
