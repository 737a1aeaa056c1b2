//! The clusters of the sandbox: a [`store`] of objects with one revision, the Kubernetes [`api`] over it, and what
//! moves it: the [`controllers`] without which nothing behaves, a [`scheduler`], a [`karpenter`] on a made-up EC2
//! ([`cloud`]) and a managed [`node_group`], as a discrete-event [`simulation`]. [`estate`] builds the three clusters of the organisation of five
//! accounts, [`scenarios`] says what goes wrong there, [`live`] keeps them up with the clock, [`serve`] offers them
//! over TLS.

pub mod access;
pub mod api;
pub mod cloud;
pub mod cluster;
pub mod controllers;
pub mod estate;
pub mod eviction;
pub mod instance_types;
pub mod karpenter;
pub mod kubeconfig;
pub mod live;
pub mod load;
pub mod logs;
pub mod metrics;
pub mod node_group;
pub mod patch;
pub mod resources;
pub mod scenarios;
pub mod scheduler;
pub mod selector;
pub mod serve;
pub mod simulation;
pub mod store;
