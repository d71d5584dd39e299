//! A process that stops between any two of its calls to AWS leaves nothing usable that was not
//! acknowledged and nothing that cannot be reached.

mod creating;
mod deleting;
mod lost_answers;
mod restoring;
mod rotating;
mod store;
