/// Logs and files of LAMMPS as its versions write them, shortened.
module Mice.Atoms.Tests.LogSamples

/// Two runs behind one another, thermo_style one, as LAMMPS of 2021 writes its log.
let one =
    "LAMMPS (29 Sep 2021 - Update 2)
  using 1 OpenMP thread(s) per MPI task
units metal
atom_style atomic
lattice fcc 5.3
Created orthogonal box = (0.0000000 0.0000000 0.0000000) to (15.900000 15.900000 15.900000)
  1 by 1 by 1 MPI processor grid
create_atoms 1 box
thermo 20
minimize 1e-4 1e-4 10 10
WARNING: Using 'neigh_modify every 1 delay 0 check yes' setting during minimization (src/min.cpp:188)
Per MPI rank memory allocation (min/avg/max) = 4.223 | 4.223 | 4.223 Mbytes
Step Temp E_pair E_mol TotEng Press 
       0           60    -8.846953            0   -8.0171028   -78.946739 
       1           60    -8.846953            0   -8.0171028   -78.946739 
Loop time of 0.000169334 on 1 procs for 1 steps with 108 atoms

Minimization stats:
  Stopping criterion = quadratic factors are zero
Histogram: 1 0 0 0 0 0 0 0 0 0
reset_timestep 0
fix n all npt temp 60 60 0.1 iso 1 1 1
run 40
Per MPI rank memory allocation (min/avg/max) = 3.098 | 3.098 | 3.098 Mbytes
Step Temp E_pair E_mol TotEng Press Volume 
       0           60    -8.846953            0   -8.0171028   -78.946739     4019.679 
      20    58.326674   -8.8236801            0   -8.0169735   -28.732315    4018.9331 
WARNING: something went its way (src/somewhere.cpp:12)
      40    53.563385   -8.7556075         0.25   -8.0147812    111.00593    4017.7528 
Loop time of 0.00492956 on 1 procs for 40 steps with 108 atoms

Performance: 1752.693 ns/day, 0.014 hours/ns, 20285.794 timesteps/s
Histogram: 1 0 0 0 0 0 0 0 0 0
run 20
Per MPI rank memory allocation (min/avg/max) = 3.098 | 3.098 | 3.098 Mbytes
Step Temp E_pair E_mol TotEng Press Volume 
      40    53.563385   -8.7556075         0.25   -8.0147812    111.00593    4017.7528 
      60    46.461252    -8.649175            0   -8.0065771    306.83802     4019.074 
Loop time of 0.00242383 on 1 procs for 20 steps with 108 atoms

Total wall time: 0:00:00
"

/// What a run with thermo_style custom prints on the screen: no commands, but the units.
let screen =
    "Slurm job 12 starts
LAMMPS (2 Aug 2023)
Setting up Verlet run ...
  Unit style    : metal
  Current step  : 0
  Time step     : 0.002
Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes
   Step          Temp          PotEng         Volume         Press           CPU      
         0   350           -1085.2341      41325.1       -78.946739      0            
       100   348.5         -1084.9127      41330.2       -28.732315      0.15         
Loop time of 0.3 on 1 procs for 100 steps with 1024 atoms
Setting up Verlet run ...
  Unit style    : metal
Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes
   Step          Temp          PotEng         Volume         Press           CPU      
       100   348.5         -1084.9127      41330.2       -28.732316      0            
       200   351.2         -1085.5127      41328.9       12.5            0.16         
Loop time of 0.3 on 1 procs for 100 steps with 1024 atoms
"

/// thermo_style yaml, cut out of a log as its documentation says.
let yaml =
    "---
keywords: ['Step', 'Temp', 'PotEng', 'Volume', ]
data:
  - [0, 350, -1085.2341, 41325.1, ]
  - [100, 348.5, -1084.9127, 41330.2, ]
...
---
keywords: ['Step', 'Temp', 'PotEng', 'Volume', ]
data:
  - [100, 348.5, -1084.9127, 41330.2, ]
  - [200, 351.2, -1085.5127, 41328.9, ]
...
"

/// thermo_style multi.
let multi =
    "LAMMPS (29 Sep 2021 - Update 2)
units metal
thermo_style multi
run 20
Per MPI rank memory allocation (min/avg/max) = 3.098 | 3.098 | 3.098 Mbytes
---------------- Step      260 ----- CPU =      0.0000 (sec) ----------------
TotEng   =        -7.7376 KinEng   =         0.4126 Temp     =        29.8296 
PotEng   =        -8.1502 E_bond   =         0.0000 E_angle  =         0.0000 
Volume   =      4381.2001 
Loop time of 0.00146684 on 1 procs for 40 steps with 108 atoms
"

/// fix ave/time in scalar mode.
let averages =
    "# Time-averaged data for fix a
# TimeStep v_pe v_vol c_thermo_temp
200 -8.12958 4301.18 17.9879
220 -8.13038 4347.28 21.5554
240 -8.13632 4375.21 25.6472
"
