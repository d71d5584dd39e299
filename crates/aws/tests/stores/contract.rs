//! Every port's contract, on stores in memory and on files.

mod in_memory {
    use crate::support::ports_in_memory;

    m2m_testkit::directory_contract!(ports_in_memory);
    m2m_testkit::client_store_contract!(ports_in_memory);
    m2m_testkit::answers_contract!(ports_in_memory);
    m2m_testkit::secret_values_contract!(ports_in_memory);
    m2m_testkit::key_store_contract!(ports_in_memory);
    m2m_testkit::revocations_contract!(ports_in_memory);
    m2m_testkit::spent_once_contract!(ports_in_memory);
    m2m_testkit::resource_server_store_contract!(ports_in_memory);
    m2m_testkit::quotas_contract!(ports_in_memory);
    m2m_testkit::attempts_contract!(ports_in_memory);
    m2m_testkit::api_tokens_contract!(ports_in_memory);
    m2m_testkit::survey_contract!(ports_in_memory);
}

mod on_files {
    use crate::support::ports_on_files;

    m2m_testkit::directory_contract!(ports_on_files);
    m2m_testkit::client_store_contract!(ports_on_files);
    m2m_testkit::answers_contract!(ports_on_files);
    m2m_testkit::secret_values_contract!(ports_on_files);
    m2m_testkit::key_store_contract!(ports_on_files);
    m2m_testkit::revocations_contract!(ports_on_files);
    m2m_testkit::spent_once_contract!(ports_on_files);
    m2m_testkit::resource_server_store_contract!(ports_on_files);
    m2m_testkit::quotas_contract!(ports_on_files);
    m2m_testkit::attempts_contract!(ports_on_files);
    m2m_testkit::api_tokens_contract!(ports_on_files);
    m2m_testkit::survey_contract!(ports_on_files);
}
