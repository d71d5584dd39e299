//! Writing clients.

mod changing;
mod creating;
mod deleting;
mod listing;
mod restoring;
mod transferring;
mod undoing;
mod using;

pub use changing::*;
pub use creating::*;
pub use deleting::*;
pub use listing::*;
pub use restoring::*;
pub use transferring::*;
pub use undoing::*;
pub use using::*;

/// A test of every fact about `ClientStore`.
#[macro_export]
macro_rules! client_store_contract {
    ($make:path) => {
        $crate::facts!(
            client_store,
            $make,
            [
                a_limit_of_zero_admits_none,
                a_pending_client_is_neither_listed_nor_finished,
                a_refused_insert_leaves_nothing,
                a_taken_id_is_refused,
                a_twin_is_refused_whatever_the_limit,
                activating_finishes_everything,
                an_answer_is_read_back_as_written,
                an_expired_answer_gives_way,
                every_attribute_is_read_back_as_written,
                limit_holds_under_concurrency,
                only_one_of_many_twins_is_inserted,
                so_many_clients_are_made_in_a_day,
                the_limit_of_a_day_holds_under_concurrency,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_create_is_either_finished_or_abandoned,
                a_removed_client_frees_its_place,
                abandoning_forgets_the_answer,
                abandoning_spares_the_answer_of_another,
                only_abandoned_clients_are_removed,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_change_with_a_note_leaves_one_until_it_is_removed,
                a_missing_client_is_not_made_by_a_change,
                a_refused_change_leaves_no_note,
                a_replaced_revision_is_refused,
                every_attribute_can_be_replaced,
                the_note_of_a_later_change_stays,
                one_of_many_changes_wins,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_change_does_not_undo_a_use,
                a_late_note_of_an_earlier_use_changes_nothing,
                a_use_of_a_missing_client_makes_nothing,
                record_use_changes_no_revision,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_delete_frees_a_place,
                a_delete_of_another_revision_changes_nothing,
                deleted_moves_to_the_deleted_list,
                finishing_a_delete_again_is_no_error,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_transferred_client_is_listed_once,
                an_organization_lists_the_clients_of_all_its_owners,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                a_delete_under_way_lets_no_restore_begin,
                a_full_organization_has_no_room_for_a_restore,
                a_restored_client_is_what_it_was,
                only_the_restore_that_was_begun_finishes,
                restores_at_once_fill_the_limit_exactly,
            ]
        );
        $crate::facts!(
            client_store,
            $make,
            [
                list_is_stable_under_inserts,
                lists_of_owners_are_apart,
                pages_are_full_and_in_order,
                unfinished_changes_come_in_pages,
            ]
        );
    };
}
