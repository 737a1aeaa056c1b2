"""The AWS CLI in a session of its own, where no terminal is: it asks for codes on standard input."""

import os
import sys

from awscli.clidriver import main

os.setsid()
sys.exit(main())
