-- What a company kept within a day is asked at each upload.
create index order_documents_at_idx on order_documents (company_id, at);
